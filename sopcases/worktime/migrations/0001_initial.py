import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Misalnya Jam kerja biasa, Ramadan 2026.', max_length=100, verbose_name='nama')),
                ('valid_from', models.DateField(verbose_name='berlaku mulai')),
                ('valid_until', models.DateField(blank=True, help_text='Kosong: seterusnya.', null=True, verbose_name='berlaku sampai')),
                ('origin', models.CharField(blank=True, max_length=200, verbose_name='sumber')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_periods', to='people.agency', verbose_name='perangkat daerah')),
            ],
            options={
                'verbose_name': 'masa jam kerja',
                'verbose_name_plural': 'masa jam kerja',
                'ordering': ['agency', 'valid_from', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='workperiod_ends_after_start', violation_error_message='Masa jam kerja berakhir sebelum dimulai.'), models.UniqueConstraint(fields=('agency', 'valid_from', 'valid_until'), name='workperiod_span_once', violation_error_message='Sudah ada masa jam kerja dengan tanggal mulai dan sampai yang sama.'), models.UniqueConstraint(condition=models.Q(('valid_until__isnull', True)), fields=('agency', 'valid_from'), name='workperiod_open_span_once', violation_error_message='Sudah ada masa jam kerja seterusnya yang mulai pada tanggal ini.')],
            },
        ),
        migrations.CreateModel(
            name='WorkHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Senin'), (1, 'Selasa'), (2, 'Rabu'), (3, 'Kamis'), (4, 'Jumat'), (5, 'Sabtu'), (6, 'Minggu')], verbose_name='hari')),
                ('opens', models.TimeField(verbose_name='buka')),
                ('closes', models.TimeField(verbose_name='tutup')),
                ('break_starts', models.TimeField(blank=True, null=True, verbose_name='istirahat mulai')),
                ('break_ends', models.TimeField(blank=True, null=True, verbose_name='istirahat selesai')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='worktime.workperiod', verbose_name='masa')),
            ],
            options={
                'verbose_name': 'jam kerja',
                'verbose_name_plural': 'jam kerja',
                'ordering': ['period', 'weekday'],
                'constraints': [models.UniqueConstraint(fields=('period', 'weekday'), name='workhours_weekday_once', violation_error_message='Hari ini sudah mempunyai jam kerja dalam masa ini.'), models.CheckConstraint(condition=models.Q(('weekday__gte', 0), ('weekday__lte', 6)), name='workhours_weekday_exists', violation_error_message='Pilih salah satu dari tujuh hari.'), models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='workhours_close_after_opening', violation_error_message='Jam tutup harus sesudah jam buka.'), models.CheckConstraint(condition=models.Q(models.Q(('break_ends__isnull', True), ('break_starts__isnull', True)), models.Q(('break_ends__gt', models.F('break_starts')), ('break_ends__isnull', False), ('break_ends__lt', models.F('closes')), ('break_starts__gt', models.F('opens')), ('break_starts__isnull', False)), _connector='OR'), name='workhours_break_within_hours', violation_error_message='Istirahat harus diisi mulai dan selesainya, dan berada di antara jam buka dan jam tutup.')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='tanggal')),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
                ('kind', models.CharField(choices=[('libur_nasional', 'Libur nasional'), ('cuti_bersama', 'Cuti bersama'), ('libur_daerah', 'Libur daerah')], max_length=20, verbose_name='jenis')),
                ('origin', models.CharField(blank=True, max_length=200, verbose_name='sumber')),
                ('seeded_on', models.DateField(editable=False, help_text='Tetap dikenali bila tanggalnya dipindahkan, sehingga tidak diisi ulang.', null=True, verbose_name='tanggal menurut sumber')),
                ('agency', models.ForeignKey(blank=True, help_text='Kosong: berlaku untuk semua perangkat daerah.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holidays', to='people.agency', verbose_name='perangkat daerah')),
            ],
            options={
                'verbose_name': 'hari libur',
                'verbose_name_plural': 'hari libur',
                'ordering': ['date', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('agency__isnull', False)), fields=('agency', 'date'), name='holiday_of_agency_once', violation_error_message='Tanggal ini sudah tercatat sebagai hari libur perangkat daerah ini.'), models.UniqueConstraint(condition=models.Q(('agency__isnull', True)), fields=('date',), name='holiday_of_country_once', violation_error_message='Tanggal ini sudah tercatat sebagai hari libur nasional.'), models.CheckConstraint(condition=models.Q(('kind__in', ['libur_nasional', 'cuti_bersama', 'libur_daerah'])), name='holiday_kind_known', violation_error_message='Jenis hari libur tidak dikenal.')],
            },
        ),
    ]
