"""The command line: a table of words, each owned by the module that does it, and Django's own commands behind them.

A command is `main(arguments: list[str]) -> int | None`. Modules are imported when their word is used, so that
`zhike help` and `zhike serve` stay instant.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from zhike import __version__


class Command(NamedTuple):
    """One word: where it is done, what it does, and whether Django must be ready before."""

    target: str
    english: str
    chinese: str
    django: bool = True


COMMANDS: dict[str, Command] = {
    "demo": Command("zhike.demo.run:main", "a believable company to try everything on", "演示：一家可以随意试用的公司"),
    "value": Command(
        "zhike.value.command:main",
        "what each customer is worth, from a file of orders",
        "客户价值：从订单文件生成报告",
        django=False,
    ),
    "serve": Command(
        "zhike.operate.serve:main", "run the product: web server and worker", "运行：网页服务与后台任务", django=False
    ),
    "check": Command("zhike.operate.check:main", "verify the ledger and other promises", "核对：验证台账等承诺"),
    "import": Command("zhike.operate.transfer:main_import", "bring a file of records in", "导入：把一份文件导进来"),
    "export": Command("zhike.operate.transfer:main_export", "write records to a file", "导出：把记录写到文件"),
    "backup": Command(
        "zhike.operate.backup:main_backup", "everything into one file, while serving", "备份：全部数据存为一个文件"
    ),
    "restore": Command("zhike.operate.backup:main_restore", "bring a backup back", "恢复：从备份文件恢复"),
    "upgrade": Command(
        "zhike.operate.backup:main_upgrade", "new version: backup, then migrate", "升级：先备份，再升级数据库"
    ),
    "doctor": Command("zhike.operate.doctor:main", "find unsafe settings and broken parts", "体检：检查设置与运行环境"),
    "act": Command("zhike.operate.act:main", "carry out any action by its name", "执行：按名称执行任一操作"),
    "user": Command("zhike.operate.user:main", "people: add, list, reset, deactivate", "用户：新增、列出、重置、停用"),
    "bench": Command("zhike.operate.bench:main", "measure speed on this machine", "测速：在本机测量速度"),
    "mcp": Command(
        "zhike.connect.mcp:main", "agents' door over standard input and output", "智能体接口（标准输入输出）"
    ),
    "translations": Command(
        "zhike.operate.translations:main", "check, write or compile catalogues", "翻译：检查、生成、编译", django=False
    ),
}


def language_of_terminal() -> str:
    """The product's language nearest to the terminal's."""
    for name in ("ZHIKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, "").lower():
            traditional = ("zh_tw", "zh_hk", "zh_mo", "zh-hant", "zh_hant")
            return "zh-hant" if value.startswith(traditional) else "zh-hans" if value.startswith("zh") else "en"
    return "en"


def reads_chinese() -> bool:
    """Whether this terminal's person reads Chinese."""
    return language_of_terminal() != "en"


def show_help() -> int:
    """The words with one line each."""
    chinese = reads_chinese()
    print(f"知客 Zhike {__version__}\n")
    for word, command in COMMANDS.items():
        print(f"  zhike {word:<13}{command.chinese if chinese else command.english}")
    print(
        "\n"
        + (
            "其余词交给 Django，例如 migrate、shell。"
            if chinese
            else "Any other word goes to Django: migrate, shell, …"
        )
    )
    return 0


def find(target: str) -> object | None:
    """The function behind `module:name`, or None when this version does not bring the module."""
    module_name, _, name = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name == error.name or module_name.startswith(error.name + ".")):
            return None
        raise
    return getattr(module, name, None)


def run(word: str, arguments: list[str]) -> int:
    """One command of the table."""
    command = COMMANDS[word]
    if command.django:
        import django
        from django.utils import translation

        django.setup()
        translation.activate(language_of_terminal())
    function = find(command.target)
    if not callable(function):
        text = f"“zhike {word}” 不在当前版本中。" if reads_chinese() else f"`zhike {word}` is not part of this version."
        print(text, file=sys.stderr)
        return 2
    result = function(arguments)
    return result if isinstance(result, int) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Dispatch; the exit code is the command's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("help", "-h", "--help"):
        return show_help()
    if words[0] in ("version", "--version"):
        print(__version__)
        return 0
    if words[0] in COMMANDS:
        return run(words[0], words[1:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zhike", *words])
    return 0
