"""manage.py make_exports: finish the files that were asked for and left, delete those kept no longer."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.desk.reports import making


class Command(BaseCommand):
    help = "Menyelesaikan unduhan yang ditinggalkan dan menghapus yang lama. Aman dijalankan berulang."

    def handle(self, *args, **options):
        now = timezone.now()
        gone = making.forget(now)
        made, stopped = making.make_all(now)
        self.stdout.write(f"{made} berkas selesai disusun, {gone} berkas lama dihapus.")
        if stopped:
            raise CommandError(f"{len(stopped)} berkas tidak dapat disusun; sebabnya tercatat di log.")
