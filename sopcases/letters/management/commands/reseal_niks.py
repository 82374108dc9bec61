"""Seal every stored NIK with the newest key of NIK_ENCRYPTION_KEYS, before an older one is taken out."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from sopcases.letters import resealing


class Command(BaseCommand):
    help = (
        "Seals every stored NIK with the first key of NIK_ENCRYPTION_KEYS. Run it after a new key was put "
        "first; then the older ones can be taken out. Safe to end and begin again."
    )

    def handle(self, *args, **options):
        try:
            changed = resealing.reseal()
        except ImproperlyConfigured:
            raise CommandError(
                "Ada NIK yang tidak dapat dibuka dengan kunci mana pun dari NIK_ENCRYPTION_KEYS. "
                "Kembalikan kunci lama ke daftar itu, lalu jalankan lagi. Tidak ada data yang hilang."
            ) from None
        self.stdout.write(
            f"{changed} baris disegel ulang. Semua NIK tersimpan dengan kunci pertama; "
            "kunci yang lain boleh dilepas."
        )
