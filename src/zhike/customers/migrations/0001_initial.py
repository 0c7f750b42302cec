import auto_prefetch
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import zhike.kernel.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('custom', models.JSONField(blank=True, default=dict)),
                ('form', models.CharField(choices=[('person', 'Person'), ('organisation', 'Organisation')], default='organisation', max_length=12)),
                ('kind', models.CharField(choices=[('person', 'Private customer'), ('organisation', 'Business customer'), ('dealer', 'Dealer'), ('government', 'Public body'), ('service', 'Service partner'), ('internal', 'Internal')], default='organisation', max_length=12)),
                ('name', models.CharField(max_length=200)),
                ('short_name', models.CharField(blank=True, max_length=100)),
                ('english_name', models.CharField(blank=True, max_length=200)),
                ('former_name', models.CharField(blank=True, max_length=200)),
                ('sort_key', models.CharField(blank=True, editable=False, max_length=120)),
                ('credit_code', models.CharField(blank=True, max_length=18)),
                ('industry', models.CharField(blank=True, max_length=80)),
                ('size', models.CharField(blank=True, choices=[('micro', 'under 10 people'), ('small', '10 to 49 people'), ('medium', '50 to 249 people'), ('large', '250 to 999 people'), ('giant', '1,000 people and more')], max_length=8)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('relationship', models.CharField(blank=True, choices=[('buyer_seller', 'Buyer and seller'), ('preferred', 'Preferred supplier'), ('partner', 'Partner'), ('alliance', 'Strategic alliance')], max_length=16)),
                ('level', models.CharField(blank=True, choices=[('A', 'Top'), ('B', 'High'), ('C', 'Middle'), ('D', 'Base')], max_length=1)),
                ('stage', models.CharField(blank=True, max_length=16)),
                ('note', models.TextField(blank=True)),
                ('mobile', models.CharField(blank=True, max_length=40)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('wechat', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('website', models.CharField(blank=True, max_length=200)),
                ('division', models.CharField(blank=True, max_length=6)),
                ('province', models.CharField(blank=True, max_length=30)),
                ('city', models.CharField(blank=True, max_length=40)),
                ('district', models.CharField(blank=True, max_length=40)),
                ('birthday_text', models.CharField(blank=True, max_length=40)),
                ('born_on', models.DateField(blank=True, null=True)),
                ('birthday_lunar', models.BooleanField(default=False)),
                ('birthday_month', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('birthday_day', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('gender', models.CharField(blank=True, choices=[('f', 'Female'), ('m', 'Male'), ('x', 'Other')], max_length=1)),
                ('title', models.CharField(blank=True, max_length=80)),
                ('contact_name', models.CharField(blank=True, max_length=80)),
                ('contact_title', models.CharField(blank=True, max_length=80)),
                ('last_touch_at', models.DateTimeField(blank=True, null=True)),
                ('last_deal_at', models.DateTimeField(blank=True, null=True)),
                ('next_step', models.CharField(blank=True, max_length=200)),
                ('next_step_at', models.DateTimeField(blank=True, null=True)),
                ('owned_since', models.DateTimeField(blank=True, null=True)),
                ('pooled_at', models.DateTimeField(blank=True, null=True)),
                ('pool_reason', models.CharField(blank=True, max_length=200)),
                ('protected_until', models.DateTimeField(blank=True, null=True)),
                ('do_not_contact', models.BooleanField(default=False)),
                ('completeness', models.PositiveSmallIntegerField(default=0)),
                ('external_id', models.CharField(blank=True, max_length=100)),
                ('source_system', models.CharField(blank=True, max_length=60)),
                ('erased_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_by', auto_prefetch.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='customers.party')),
                ('owner', auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='subsidiaries', to='customers.party')),
                ('team', auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.team')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'prefetch_manager',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('prefetch_manager', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='OwnerSpell',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('owner', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='owner_spells', to='customers.party')),
            ],
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('mobile', 'Mobile'), ('landline', 'Telephone'), ('email', 'E-mail'), ('wechat', 'WeChat'), ('qq', 'QQ'), ('address', 'Address'), ('website', 'Website')], max_length=8)),
                ('value', models.CharField(max_length=300)),
                ('display', models.CharField(max_length=300)),
                ('column', models.CharField(blank=True, max_length=8)),
                ('label', models.CharField(blank=True, max_length=40)),
                ('extension', models.CharField(blank=True, max_length=8)),
                ('division', models.CharField(blank=True, max_length=6)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('do_not_use', models.BooleanField(default=False)),
                ('do_not_use_reason', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('party', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='customers.party')),
            ],
        ),
        migrations.CreateModel(
            name='PartyName',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('alias', 'Alias'), ('former', 'Former name'), ('english', 'English name'), ('short', 'Short name')], default='alias', max_length=8)),
                ('name', models.CharField(max_length=200)),
                ('party', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='customers.party')),
            ],
        ),
        migrations.CreateModel(
            name='Pool',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=80)),
                ('description', models.CharField(blank=True, max_length=400)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'prefetch_manager',
                'constraints': [models.UniqueConstraint(condition=models.Q(('archived_at__isnull', True)), fields=('name',), name='pool_name_once')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('prefetch_manager', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='party',
            name='pool',
            field=auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='customers.pool'),
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('affiliate', 'Affiliate'), ('supplier', 'Supplier'), ('customer', 'Customer'), ('competitor', 'Competitor'), ('partner', 'Partner'), ('adviser', 'Adviser'), ('family', 'Family'), ('friend', 'Friend'), ('referrer', 'Referred by'), ('referred', 'Has referred')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('left', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='customers.party')),
                ('right', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations_from', to='customers.party')),
            ],
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('value', models.FloatField()),
                ('as_of', models.DateTimeField()),
                ('run', models.CharField(max_length=80)),
                ('reasons', models.JSONField(blank=True, default=list)),
                ('latest', models.BooleanField(default=True)),
                ('party', auto_prefetch.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='customers.party')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=zhike.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(blank=True, max_length=80)),
                ('department', models.CharField(blank=True, max_length=80)),
                ('decision', models.CharField(blank=True, choices=[('user', 'User'), ('influencer', 'Influencer'), ('decider', 'Decider'), ('approver', 'Approver'), ('buyer', 'Buyer'), ('gatekeeper', 'Gatekeeper')], max_length=10)),
                ('attitude', models.CharField(blank=True, choices=[('for', 'For'), ('neutral', 'Neutral'), ('against', 'Against')], max_length=8)),
                ('outside', models.BooleanField(default=False)),
                ('primary', models.BooleanField(default=False)),
                ('started_on', models.DateField(blank=True, null=True)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=400)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reports_to', auto_prefetch.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='customers.membership')),
                ('organisation', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='customers.party')),
                ('person', auto_prefetch.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='customers.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('organisation', 'person'), name='membership_once'), models.CheckConstraint(condition=models.Q(('organisation', models.F('person')), _negated=True), name='membership_of_another')],
            },
        ),
        migrations.CreateModel(
            name='MatchKey',
            fields=[
                ('pk', models.CompositePrimaryKey('party_id', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BigIntegerField()),
                ('party', auto_prefetch.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='match_keys', to='customers.party')),
            ],
            options={
                'indexes': [models.Index(fields=['key'], name='match_key_key')],
            },
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['sort_key', 'id'], name='party_by_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['owner', 'sort_key', 'id'], name='party_owner_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['team', 'sort_key', 'id'], name='party_team_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['-created_at', '-id'], name='party_by_creation'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['city', 'sort_key', 'id'], name='party_city_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('pool__isnull', False)), fields=['pool', '-pooled_at', 'id'], name='party_pool'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('credit_code', ''), _negated=True), fields=['credit_code'], name='party_credit_code'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('external_id', ''), _negated=True), fields=['external_id'], name='party_external'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('next_step_at__isnull', False)), fields=['owner', 'next_step_at'], name='party_next'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='party_parent'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='party_merged'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('archived_at__isnull', False)), fields=['archived_at', 'id'], name='party_bin'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.UniqueConstraint(fields=('left', 'right', 'kind'), name='relation_once'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('left', models.F('right')), _negated=True), name='relation_to_another'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(condition=models.Q(('latest', True)), fields=['kind', '-value', 'party'], name='score_best'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(fields=('party', 'kind', 'run'), name='score_once'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(condition=models.Q(('latest', True)), fields=('party', 'kind'), name='score_latest_once'),
        ),
    ]
