"""The database itself keeps a void number void."""

from django.db import migrations

from sopcases.letters import register


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial")]

    operations = [migrations.RunPython(register.guard, register.unguard)]
