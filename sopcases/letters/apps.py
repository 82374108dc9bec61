from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "sopcases.letters"
    verbose_name = "Surat"
