"""The database itself refuses to change or delete what was noted of a case carried over."""

from django.db import migrations

from sopcases.cases.models.carrying import GUARDS


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(guard.up, guard.down) for guard in GUARDS]
