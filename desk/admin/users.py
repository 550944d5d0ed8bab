"""The people who work here, and their roles. Administrators only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm, UsernameField
from django.contrib.auth.models import Group
from django.http import HttpRequest

from desk.admin.mails import ZONES
from desk.admin.records import KnownRowsAdmin, ReadOnlyAdmin
from forecasts.models import User

ROLES = ("is_active", "is_staff", "is_superuser", "groups")


class StaffCreationForm(AdminUserCreationForm):
    """A new member of staff."""

    time_zone = forms.ChoiceField(choices=ZONES, initial="UTC")

    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}


class StaffChangeForm(UserChangeForm[User]):
    """A member of staff."""

    time_zone = forms.ChoiceField(choices=ZONES)

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"username": UsernameField}


@admin.register(User)
class StaffAdmin(KnownRowsAdmin[User], UserAdmin[User]):
    """Members of staff; who leaves is made inactive, for their records stay."""

    form = StaffChangeForm
    add_form = StaffCreationForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "time_zone")}),
        ("Roles", {"fields": ROLES}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "email",
                    "time_zone",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
        ("Roles", {"fields": ("is_staff", "groups")}),
    )
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "email", "time_zone", "roles", "is_staff", "is_active")
    list_filter = ("groups", "is_active", "is_superuser")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Roles")
    def roles(self, row: User) -> str:
        return ", ".join(group.name for group in row.groups.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Their records name them."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin[Group]):
    """The roles: their permissions are a table in the code, written after every migration."""

    fields = ("name", "permissions")
    list_display = ("name",)
    search_fields = GroupAdmin.search_fields
