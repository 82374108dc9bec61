"""Make the morning's reminders and send the e-mails that wait. Safe to run twice, at once, or not at all."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.desk import outbox, reminding


class Command(BaseCommand):
    help = "Membuat pengingat pagi ini dan mengirim surelnya. Aman dijalankan berulang; hari libur dilewati."

    def handle(self, **options):
        now = timezone.now()
        made, failed = reminding.remind(now)
        sent, unsent = outbox.send(now)
        self.stdout.write(f"{made} pengingat dibuat, {sent} surel dikirim.")
        if failed or unsent:
            raise CommandError("\n".join([*failed, *unsent]))
