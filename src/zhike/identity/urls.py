"""Addresses of identity."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from zhike.identity.views import calendar, entrance, mine, rights, security, setup

urlpatterns: list[URLPattern | URLResolver] = [
    path("signin/", entrance.sign_in, name="signin"),
    path("signin/code/", entrance.code, name="signin_code"),
    path("signin/passkey/", entrance.passkey, name="signin_passkey"),
    path("signin/forgotten/", entrance.forgotten, name="forgotten"),
    path("signout/", entrance.sign_out, name="signout"),
    path("join/<str:secret>/", entrance.join, name="join"),
    path("language/", entrance.language, name="language"),
    path("setup/<str:secret>/", setup.first_run, name="setup"),
    path("me/", mine.profile, name="me"),
    path("me/preferences/", mine.preferences, name="preferences"),
    path("me/password/", mine.password, name="password"),
    path("me/sessions/", mine.sessions, name="sessions"),
    path("me/sessions/<uuid:session_id>/end/", mine.end_session, name="end_session"),
    path("me/tokens/", mine.tokens, name="tokens"),
    path("me/tokens/<uuid:token_id>/revoke/", mine.revoke_token, name="revoke_token"),
    path("me/security/", security.overview, name="security"),
    path("me/security/confirm/", security.confirm, name="confirm"),
    path("me/security/app/", security.app, name="add_app"),
    path("me/security/passkey/", security.passkey, name="add_passkey"),
    path("me/security/codes/", security.codes, name="codes"),
    path("me/security/<int:key_id>/remove/", security.remove, name="remove_key"),
    path("me/self/", rights.act_as_self, name="act_as_self"),
    path("settings/", rights.home, name="settings"),
    path("settings/organisation/", rights.organisation, name="organisation"),
    path("settings/calendar/", calendar.month, name="calendar"),
    path("settings/calendar/day/", calendar.day, name="calendar_day"),
    path("settings/teams/", rights.teams, name="team_tree"),
    path("settings/teams/<uuid:team_id>/move/", rights.move_team, name="move_team"),
    path("settings/roles/", rights.roles, name="role_list"),
    path("settings/roles/<uuid:role_id>/", rights.role, name="role_sheet"),
    path("settings/invitations/", rights.invitations, name="invitations"),
    path("settings/people/<uuid:person_id>/", rights.person, name="person_access"),
    path("settings/people/<uuid:person_id>/act-as/", rights.act_as, name="act_as"),
    path("settings/people/<uuid:person_id>/<str:verb>/", rights.person_act, name="person_act"),
    path("why/<str:record_type>/<uuid:record_id>/", rights.why, name="why"),
    path("why/<str:record_type>/<uuid:record_id>/unshare/", rights.unshare, name="unshare"),
]
if settings.OIDC_ISSUER:
    urlpatterns.append(path("", include("allauth.socialaccount.providers.openid_connect.urls")))
