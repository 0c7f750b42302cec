"""The agents' door (Model Context Protocol): the same actions and lists, under the caller's own rights."""


def main(arguments: list[str]) -> int:
    """`zhike mcp`: serve one agent over standard input and output, as the owner of the key in ZHIKE_TOKEN."""
    from zhike.connect.mcp.stdio import serve

    return serve(arguments)
