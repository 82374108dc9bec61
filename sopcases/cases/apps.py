from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "sopcases.cases"
    verbose_name = "Penanganan"
