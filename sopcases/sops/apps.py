from django.apps import AppConfig


class SopsConfig(AppConfig):
    name = "sopcases.sops"
    verbose_name = "SOP"
