"""The database itself keeps a void number void, and letters are found by their words."""

from django.db import migrations

from sopcases.letters import register, saying


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial")]

    operations = [
        migrations.RunPython(register.guard, register.unguard),
        migrations.RunPython(saying.index, saying.unindex),
    ]
