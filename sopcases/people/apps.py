from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "sopcases.people"
    verbose_name = "Pegawai & jabatan"
