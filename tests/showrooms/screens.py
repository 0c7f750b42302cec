"""The declaration of showrooms."""

from zhike.kernel.screens import Board, Column, Kind, Screen, register

SHOWROOM = register(
    Screen(
        type="showroom",
        slug="showrooms",
        model="showrooms.Showroom",
        label="Showroom",
        label_plural="Showrooms",
        icon="building-store",
        party="party",
        board=Board(column="style", sums=("area",)),
        search=lambda room: {"name": [room.name]},
        columns=(
            Column(name="name", label="Name", listed=True, sortable=True, required=True, aliases=("样板间",)),
            Column(name="style", label="Style", kind=Kind.CHOICE, options=(("open", "Open"), ("kitchen", "Kitchen"))),
            Column(name="area", label="Area", kind=Kind.NUMBER, listed=True, sortable=True, aliases=("面积",)),
            Column(name="opened", label="Opened", kind=Kind.DATE, listed=True, sortable=True),
            Column(name="party", label="Customer", kind=Kind.RECORD, to="party", listed=True),
            Column(name="owner", label="Owner", kind=Kind.PERSON, listed=True),
        ),
    )
)
