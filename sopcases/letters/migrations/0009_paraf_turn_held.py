from django.db import migrations, models


class Migration(migrations.Migration):
    # Apart from the data before it: PostgreSQL alters no table with checks of its rows still pending.

    dependencies = [
        ('letters', '0008_paraf_turn'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), ('turn__isnull', False)), ('state', 'initialled'), models.Q(models.Q(('state__in', ['proposed', 'initialled']), _negated=True), ('turn__isnull', True)), _connector='OR'), name='letter_waits_for_one_paraf', violation_error_message='Surat yang diajukan harus menunggu paraf satu jabatan.'),
        ),
    ]
