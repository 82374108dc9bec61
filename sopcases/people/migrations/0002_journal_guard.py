"""The database itself refuses to update or delete the journal."""

from django.db import migrations

from sopcases.people import journal


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(journal.GUARD.up, journal.GUARD.down)]
