import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('people', '0001_initial'),
        ('people', '__first__'),
        ('sops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='digest_unread')],
                'constraints': [models.UniqueConstraint(fields=('user', 'day'), name='digest_once_a_day'), models.CheckConstraint(condition=models.Q(('read_at__isnull', True), ('read_at__gte', models.F('at')), _connector='OR'), name='digest_read_after_made')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='tahun')),
                ('written_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('finished_title', models.CharField(blank=True, max_length=200)),
                ('facts', models.JSONField(null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('draft', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='evaluated', to='sops.revision')),
                ('finished_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='sops.revision')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('revision', 'year'), name='evaluation_once_a_year'), models.CheckConstraint(condition=models.Q(models.Q(('draft__isnull', True), ('facts__isnull', True), ('finished_at__isnull', True), ('finished_by__isnull', True), ('finished_title', '')), models.Q(('facts__isnull', False), ('finished_at__isnull', False), ('finished_by__isnull', False), models.Q(('finished_title', ''), _negated=True)), _connector='OR'), name='evaluation_finished_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.SlugField(verbose_name='laporan')),
                ('parameters', models.JSONField(default=dict, verbose_name='saringan')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'Excel (XLSX)'), ('csv', 'CSV')], max_length=4, verbose_name='bentuk')),
                ('named', models.BooleanField(default=False, verbose_name='dengan nama lengkap anak')),
                ('hats', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('gathering', 'Sedang dikumpulkan'), ('writing', 'Sedang disusun'), ('ready', 'Siap diunduh'), ('failed', 'Tidak dapat dibuat'), ('expired', 'Sudah dihapus')], default='gathering', max_length=9)),
                ('after', models.CharField(blank=True, max_length=80)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField()),
                ('rows', models.PositiveIntegerField(default=0)),
                ('printed', models.PositiveIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('file', models.FileField(blank=True, upload_to='exports/')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='alasan')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='people.agency')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['user', '-id'], name='export_of_user'), models.Index(condition=models.Q(('state__in', ['gathering', 'writing'])), fields=['id'], name='export_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='export_ready_has_file'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'expired'), _negated=True), ('file', ''), _connector='OR'), name='export_expired_is_gone'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='export_failed_says_why'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('asked_at'))), name='export_is_kept_a_while')],
            },
        ),
        migrations.CreateModel(
            name='ExportPages',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='desk.export')),
            ],
            options={
                'ordering': ['no'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('export', 'no'), name='exportpages_once')],
            },
        ),
        migrations.CreateModel(
            name='ExportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveIntegerField()),
                ('rows', models.JSONField()),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='desk.export')),
            ],
            options={
                'ordering': ['no'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('export', 'no'), name='exportpart_once')],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feed', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step_key', models.CharField(max_length=40)),
                ('verdict', models.CharField(blank=True, choices=[('', 'Belum dinilai'), ('well', 'Berjalan baik'), ('poorly', 'Kurang baik'), ('not', 'Tidak berjalan')], default='', max_length=6, verbose_name='penilaian')),
                ('action', models.TextField(blank=True, verbose_name='tindak lanjut')),
                ('proposal', models.CharField(blank=True, max_length=100, verbose_name='usulan waktu baku')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='desk.evaluation')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('evaluation', 'step_key'), name='finding_once'), models.CheckConstraint(condition=models.Q(('verdict__in', ['', 'well', 'poorly', 'not'])), name='finding_verdict_known')],
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='nama indikator')),
                ('measure', models.CharField(choices=[('handled', 'Anak yang ditangani'), ('aided', 'Anak yang menerima bantuan')], max_length=8, verbose_name='yang dihitung')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='urutan')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='people.agency')),
                ('sops', models.ManyToManyField(blank=True, help_text='Kosong: semua SOP perangkat daerah ini.', related_name='+', to='sops.sop', verbose_name='SOP')),
            ],
            options={
                'verbose_name': 'indikator SPM',
                'verbose_name_plural': 'indikator SPM',
                'ordering': ['order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'name'), name='indicator_name_once', violation_error_message='Indikator ini sudah ada.')],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=300)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('given_up_at', models.DateTimeField(blank=True, null=True)),
                ('digest', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mail', to='desk.digest')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('given_up_at__isnull', True), ('sent_at__isnull', True)), fields=['id'], name='mail_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('given_up_at__isnull', True), _connector='OR'), name='mail_has_one_end'), models.CheckConstraint(condition=models.Q(('given_up_at__isnull', True), models.Q(('failure', ''), _negated=True), _connector='OR'), name='mail_given_up_says_why'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('tries__gte', 1), _connector='OR'), name='mail_sent_was_tried')],
            },
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'Sedang dikerjakan'), ('missed', 'Belum dilaporkan'), ('done', 'Selesai'), ('not_needed', 'Tidak diperlukan'), ('not_held', 'Tidak terlaksana'), ('returned', 'Dikembalikan'), ('reopened', 'Dibuka kembali'), ('ended', 'Berakhir bersama penanganan')], max_length=12)),
                ('day', models.DateField()),
                ('minutes', models.PositiveIntegerField(null=True)),
                ('own', models.PositiveIntegerField(null=True)),
                ('waited', models.PositiveIntegerField(default=0)),
                ('on_time', models.BooleanField(null=True)),
                ('early', models.BooleanField(default=False)),
                ('verbal', models.BooleanField(default=False)),
                ('waived', models.BooleanField(default=False)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agency')),
                ('attempt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='measure', to='cases.attempt')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='cases.case')),
                ('step', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sops.step')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['step', 'day', 'id'], name='measure_step_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('open', 'missed')), _negated=True), name='measure_of_what_is_over')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('soon', 'Mendekati batas waktu'), ('late', 'Lewat batas waktu'), ('passed_up', 'Disampaikan kepada Anda')], max_length=10)),
                ('subject', models.CharField(max_length=120)),
                ('due_at', models.DateTimeField()),
                ('whole_day', models.BooleanField(default=False)),
                ('what', models.CharField(max_length=400)),
                ('place', models.CharField(blank=True, max_length=120)),
                ('holder', models.CharField(blank=True, max_length=200)),
                ('url', models.CharField(max_length=300)),
                ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='desk.digest')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_at', 'id'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'subject', 'due_at'), name='notice_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'passed_up'), models.Q(('holder', ''), _negated=True)), models.Q(models.Q(('kind', 'passed_up'), _negated=True), ('holder', '')), _connector='OR'), name='notice_passed_up_says_from_whom')],
            },
        ),
        migrations.CreateModel(
            name='Reckoning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('entry', models.BigIntegerField(default=0)),
                ('agency', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reckoning', to='people.agency')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agency')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('agency', 'day'), name='round_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Summary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('months', models.PositiveSmallIntegerField()),
                ('done', models.PositiveIntegerField()),
                ('judged', models.PositiveIntegerField()),
                ('on_time', models.PositiveIntegerField()),
                ('timed', models.PositiveIntegerField()),
                ('median', models.PositiveIntegerField(null=True)),
                ('ninetieth', models.PositiveIntegerField(null=True)),
                ('own', models.PositiveBigIntegerField()),
                ('waited', models.PositiveBigIntegerField()),
                ('returned', models.PositiveIntegerField()),
                ('reopened', models.PositiveIntegerField()),
                ('not_held', models.PositiveIntegerField()),
                ('not_needed', models.PositiveIntegerField()),
                ('early', models.PositiveIntegerField()),
                ('verbal', models.PositiveIntegerField()),
                ('waived', models.PositiveIntegerField()),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sops.step')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('step', 'first', 'months'), name='summary_once'), models.CheckConstraint(condition=models.Q(('months__in', [1, 12])), name='summary_of_month_or_year'), models.CheckConstraint(condition=models.Q(('judged__lte', models.F('done')), ('on_time__lte', models.F('judged')), ('timed__lte', models.F('done'))), name='summary_parts_of_the_whole'), models.CheckConstraint(condition=models.Q(models.Q(('median__isnull', True), ('ninetieth__isnull', True), ('timed', 0)), models.Q(('median__isnull', False), ('ninetieth__gte', models.F('median')), ('ninetieth__isnull', False), ('timed__gt', 0)), _connector='OR'), name='summary_median_below_ninetieth')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField(verbose_name='tahun')),
                ('number', models.PositiveIntegerField(verbose_name='target')),
                ('basis', models.CharField(max_length=200, verbose_name='dasar')),
                ('entered_at', models.DateTimeField()),
                ('acting_title', models.CharField(max_length=200)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='desk.indicator')),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['indicator', 'year', '-id'], name='target_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='target_is_a_number', violation_error_message='Target paling sedikit 1.'), models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='target_has_basis', violation_error_message='Sebutkan dasar targetnya.')],
            },
        ),
    ]
