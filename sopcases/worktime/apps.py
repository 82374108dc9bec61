from django.apps import AppConfig


class WorktimeConfig(AppConfig):
    name = "sopcases.worktime"
    verbose_name = "Jam kerja"
