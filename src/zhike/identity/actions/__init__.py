"""What identity does: people, teams, roles and rights, shares, one's own account, the organisation."""

from zhike.identity.actions.calendar import set_calendar_day, set_working_week
from zhike.identity.actions.mine import (
    add_app,
    add_passkey,
    change_password,
    create_token,
    end_session,
    remove_key,
    renew_recovery_codes,
    revoke_token,
    set_preferences,
)
from zhike.identity.actions.organisation import change_organisation
from zhike.identity.actions.people import (
    PersonChange,
    PersonDraft,
    act_as,
    create_person,
    deactivate_person,
    end_sessions_of_person,
    invite_person,
    place_person,
    reactivate_person,
    set_roles_of_person,
    update_person,
)
from zhike.identity.actions.roles import (
    create_role,
    grant_right_to_role,
    revoke_right_of_role,
    set_field_rule_of_role,
    set_rights_of_role,
    update_role,
)
from zhike.identity.actions.shares import share_record, unshare_record
from zhike.identity.actions.teams import archive_team, create_team, move_team, update_team

__all__ = [
    "PersonChange", "PersonDraft", "act_as", "add_app", "add_passkey", "archive_team", "change_organisation",
    "change_password", "create_person", "create_role", "create_team", "create_token", "deactivate_person",
    "end_session", "end_sessions_of_person", "grant_right_to_role", "invite_person", "move_team", "place_person",
    "reactivate_person", "remove_key", "renew_recovery_codes", "revoke_right_of_role", "revoke_token",
    "set_calendar_day", "set_field_rule_of_role", "set_preferences", "set_rights_of_role", "set_roles_of_person",
    "set_working_week", "share_record", "unshare_record", "update_person", "update_role", "update_team",
]  # fmt: skip
