import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import sopcases.people.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
                ('short_name', models.CharField(max_length=80, verbose_name='nama singkat')),
                ('government', models.CharField(max_length=200, verbose_name='pemerintah daerah')),
                ('letterhead_name', models.TextField(help_text='Paling banyak tiga baris.', verbose_name='nama pada kop surat')),
                ('city', models.CharField(max_length=80, verbose_name='kota pada surat')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='alamat')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='telepon')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='surel')),
                ('website', models.CharField(blank=True, max_length=200, verbose_name='situs')),
                ('crest', models.ImageField(blank=True, upload_to='crests/', verbose_name='lambang daerah')),
                ('timezone', models.CharField(default='Asia/Jakarta', max_length=40, verbose_name='zona waktu')),
                ('walk_on_decision', models.BooleanField(default=True, help_text='Bila tidak, langkah berikutnya menunggu surat bertanda tangan basah diunggah.', verbose_name='langkah berlanjut setelah keputusan')),
                ('number_given_outside', models.BooleanField(default=False, verbose_name='nomor surat diberikan bagian umum')),
                ('number_after_ink', models.BooleanField(default=False, verbose_name='nomor diberikan setelah tanda tangan basah')),
                ('signature_backend', models.CharField(choices=[('wet', 'Tanda tangan basah'), ('certificate', 'Sertifikat elektronik pejabat (PKCS#12)'), ('bsre', 'BSrE Esign Client')], default='wet', help_text='Tanda tangan basah tetap dapat dipakai pada setiap surat.', max_length=12, verbose_name='cara pejabat menandatangani')),
                ('grace_next_working_day', models.BooleanField(default=True, verbose_name='standar di bawah satu hari dihitung lewat pada akhir hari kerja berikutnya')),
                ('remind_before', models.PositiveSmallIntegerField(default=1, help_text='0: pada harinya saja. Paling banyak 30.', verbose_name='ingatkan sebelum batas waktu (hari kerja)')),
                ('escalate_after', models.PositiveSmallIntegerField(default=3, help_text='0: tidak disampaikan. Paling banyak 60.', verbose_name='sampaikan kepada atasan sesudah lewat batas waktu (hari kerja)')),
            ],
            options={
                'verbose_name': 'perangkat daerah',
                'verbose_name_plural': 'perangkat daerah',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('signature_backend', 'wet'), ('number_after_ink', False), _connector='OR'), name='agency_electronic_needs_number', violation_error_message='Tanda tangan elektronik memerlukan nomor sebelum ditandatangani: matikan “nomor diberikan setelah tanda tangan basah”.'), models.CheckConstraint(condition=models.Q(('remind_before__lte', 30)), name='agency_reminds_within_a_month', violation_error_message='Pengingat sebelum batas waktu: 0 sampai 30 hari kerja.'), models.CheckConstraint(condition=models.Q(('escalate_after__lte', 60)), name='agency_escalates_within_a_quarter', violation_error_message='Penyampaian kepada atasan: 0 sampai 60 hari kerja.')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=150, verbose_name='nama lengkap dengan gelar')),
                ('nip', models.CharField(blank=True, max_length=30, verbose_name='NIP')),
                ('nip_label', models.CharField(blank=True, default='NIP', max_length=20, verbose_name='sebutan nomor')),
                ('rank', models.CharField(blank=True, max_length=80, verbose_name='pangkat/golongan')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telepon')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='kata sandi sekali pakai')),
                ('reminders_by_mail', models.BooleanField(default=True, help_text='Di dalam aplikasi pengingat selalu ada. Surelnya tidak memuat nama anak.', verbose_name='pengingat juga dikirim lewat surel')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='people.agency', verbose_name='perangkat daerah')),
            ],
            options={
                'verbose_name': 'pegawai',
                'verbose_name_plural': 'pegawai',
                'ordering': ['name'],
            },
            managers=[
                ('objects', sopcases.people.models.Officers()),
            ],
        ),
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='nama')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='people.agency')),
            ],
            options={
                'verbose_name': 'wilayah',
                'verbose_name_plural': 'wilayah',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'name'), name='area_name_once', violation_error_message='Wilayah dengan nama ini sudah ada.')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=2000)),
                ('key', models.UUIDField()),
                ('sealed', models.TextField()),
                ('saved_at', models.DateTimeField(db_index=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['user', 'path'], name='draft_user_path')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='draft_once_per_tab')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('acting_title', models.CharField(blank=True, max_length=200)),
                ('verb', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('data', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agency')),
            ],
            options={
                'verbose_name': 'riwayat',
                'verbose_name_plural': 'riwayat',
                'default_permissions': (),
                'indexes': [models.Index(fields=['subject', 'subject_id', 'id'], name='entry_subject'), models.Index(fields=['agency', 'id'], name='entry_agency')],
            },
        ),
        migrations.CreateModel(
            name='LoginAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=64)),
                ('address', models.CharField(max_length=50)),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['address', 'at'], name='login_attempt_address')],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='nama jabatan')),
                ('aliases', models.JSONField(blank=True, default=list, verbose_name='nama lain pada SOP')),
                ('external', models.BooleanField(default=False, verbose_name='pihak luar')),
                ('may_record', models.BooleanField(default=False, verbose_name='boleh mencatat untuk orang lain')),
                ('may_waive', models.BooleanField(default=False, verbose_name='boleh mengizinkan kelengkapan menyusul')),
                ('may_close', models.BooleanField(default=False, verbose_name='boleh menutup penanganan')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='keterangan')),
                ('proposed', models.BooleanField(default=False, help_text='Dibaca dari berkas SOP dan belum diperiksa orang.', verbose_name='masih usulan')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='people.agency')),
                ('superior', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subordinates', to='people.position', verbose_name='atasan')),
            ],
            options={
                'verbose_name': 'jabatan',
                'verbose_name_plural': 'jabatan',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'name'), name='position_name_once', violation_error_message='Jabatan dengan nama ini sudah ada.'), models.CheckConstraint(condition=models.Q(('superior__isnull', True), models.Q(('superior', models.F('id')), _negated=True), _connector='OR'), name='position_not_own_superior', violation_error_message='Jabatan tidak dapat menjadi atasan dirinya sendiri.')],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('printed_title', models.CharField(blank=True, help_text='Kosong: seperti pada penugasannya. Contoh: Kepala Dinas Sosial.', max_length=150, verbose_name='sebutan pejabat yang diatasnamakan')),
                ('valid_from', models.DateField(verbose_name='berlaku dari')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='sampai dengan')),
                ('basis', models.CharField(max_length=200, verbose_name='dasar (SK/surat perintah)')),
                ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='people.position', verbose_name='yang menandatangani')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.position', verbose_name='atas nama')),
            ],
            options={
                'verbose_name': 'wewenang menandatangani',
                'verbose_name_plural': 'wewenang menandatangani',
                'ordering': ['-valid_from', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='delegation_ends_after_start', violation_error_message='Tanggal akhir mendahului tanggal mulai.'), models.CheckConstraint(condition=models.Q(('delegate', models.F('principal')), _negated=True), name='delegation_for_another', violation_error_message='Jabatan tidak menandatangani atas nama dirinya sendiri.'), models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='delegation_has_basis', violation_error_message='Dasar wewenang harus diisi.'), models.UniqueConstraint(fields=('delegate', 'principal', 'valid_from'), name='delegation_once', violation_error_message='Wewenang ini sudah ada.')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('definitive', 'Definitif'), ('plt', 'Plt.'), ('plh', 'Plh.')], default='definitive', max_length=12, verbose_name='jenis')),
                ('valid_from', models.DateField(verbose_name='berlaku dari')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='sampai dengan')),
                ('basis', models.CharField(blank=True, max_length=200, verbose_name='dasar (SK/surat perintah)')),
                ('printed_title', models.CharField(blank=True, max_length=190, verbose_name='sebutan jabatan pada surat')),
                ('stands_in_for', models.ForeignKey(blank=True, help_text='Diisi untuk Plh. bila jabatan ini dipegang lebih dari satu orang.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='menggantikan')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='pegawai')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='people.area', verbose_name='wilayah')),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='people.position', verbose_name='jabatan')),
            ],
            options={
                'verbose_name': 'penugasan jabatan',
                'verbose_name_plural': 'penugasan jabatan',
                'ordering': ['-valid_from', 'id'],
                'indexes': [models.Index(fields=['position', 'valid_from'], name='appointment_position_from')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='appointment_ends_after_start', violation_error_message='Tanggal akhir mendahului tanggal mulai.'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'plh'), _negated=True), ('valid_until__isnull', False), _connector='OR'), name='appointment_plh_has_end', violation_error_message='Plh. harus mempunyai tanggal akhir.'), models.CheckConstraint(condition=models.Q(('stands_in_for__isnull', True), models.Q(('kind', 'plh'), models.Q(('stands_in_for', models.F('user')), _negated=True)), _connector='OR'), name='appointment_only_plh_stands_in', violation_error_message='Hanya Plh. yang menggantikan orang lain.'), models.UniqueConstraint(fields=('user', 'position', 'valid_from'), name='appointment_once', violation_error_message='Penugasan ini sudah ada.')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('location', models.TextField(blank=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
