"""The database itself refuses to change a revision that is or was in force."""

from django.db import migrations

from sopcases.sops import revising


class Migration(migrations.Migration):
    dependencies = [("sops", "0001_initial"), ("people", "0002_journal_guard")]

    operations = [migrations.RunPython(revising.seal, revising.unseal)]
