"""Write an agency as YAML on standard output, as `install_agency` reads it."""

from django.core.management.base import BaseCommand, CommandError

from sopcases.desk.installing import exported
from sopcases.people.models import Agency


class Command(BaseCommand):
    help = "Menulis perangkat daerah sebagai YAML ke keluaran standar."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="nama pendek perangkat daerah")

    def handle(self, *, slug, **options):
        agency = Agency.objects.filter(slug=slug).first()
        if agency is None:
            raise CommandError(f"Tidak ada perangkat daerah “{slug}”.")
        self.stdout.write(exported(agency), ending="")
