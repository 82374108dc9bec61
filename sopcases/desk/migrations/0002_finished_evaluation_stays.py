"""The database itself refuses to change or delete a finished evaluation."""

from django.db import migrations

from sopcases.desk.models.evaluation import GUARDS


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [migrations.RunPython(guard.up, guard.down) for guard in GUARDS]
