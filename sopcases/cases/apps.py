from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "sopcases.cases"
    verbose_name = "Penanganan"

    def ready(self) -> None:
        from django.db import connection

        # SQLite takes so many since 3.32; Django 5.2 still cuts a batch at 999, so that a session of 300
        # children would cost more queries than one of three. Django 6 asks SQLite itself.
        if connection.vendor == "sqlite":
            type(connection.features).max_query_params = 32_766
