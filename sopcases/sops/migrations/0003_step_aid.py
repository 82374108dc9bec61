"""A step may hand out aid to each child. The seal is lifted meanwhile: SQLite rebuilds the table."""

from django.db import migrations, models

from sopcases.sops import revising


class Migration(migrations.Migration):
    dependencies = [("sops", "0002_seal")]

    operations = [
        migrations.RunPython(revising.unseal, revising.seal),
        migrations.AddField(
            model_name="step",
            name="aid",
            field=models.BooleanField("menyalurkan bantuan per anak", default=False),
        ),
        migrations.RunPython(revising.seal, revising.unseal),
    ]
