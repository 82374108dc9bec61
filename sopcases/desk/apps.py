from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "sopcases.desk"
    verbose_name = "Meja kerja"
