"""The sentences in which our modules say what is wrong, read from their source: f-strings become templates with `{}`."""

import ast
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOLE = "{}"
Templates = tuple[str, ...]


TOLD = ("Error", "Trouble", "Dated", "PrivateAddress", "NoSuchHost", "RobotsUnavailable")
"""How the names of what carries a reason end."""


def of_errors(path: str) -> set[str]:
    """Reason and mend of every error (`TOLD`) that a module makes, raised or not."""
    module = _Module.of(path)
    found: set[str] = set()
    for call, names in module.calls():
        if isinstance(call.func, ast.Name | ast.Attribute) and _called(call.func).endswith(TOLD):
            given = (*call.args[:3], *(one.value for one in call.keywords if one.arg in ("reason", "mend", "note")))
            found |= {one for argument in given for one in module.templates(argument, names)}
    return {one for one in found if says_something(one)}


def of_functions(path: str, functions: Iterable[str]) -> set[str]:
    """Every sentence (a literal with a space in it) in some functions of a module, their docstrings left out."""
    module = _Module.of(path)
    found: set[str] = set()
    for name in functions:
        body = next(node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef) and node.name == name)
        names = module.names(body)
        for literal in _literals(body):
            found |= set(module.templates(literal, names))
    return {one for one in found if says_something(one)}


def says_something(template: str) -> bool:
    """Whether it is a sentence: words beside the placeholders, and more than one."""
    return " " in template.strip() and any(letter.isalpha() for letter in template.replace(HOLE, ""))


def _called(func: ast.Name | ast.Attribute) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr


def _literals(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Its string literals, the whole of what is put together."""
    pending: list[ast.AST] = list(function.body[1:] if ast.get_docstring(function) else function.body)
    while pending:
        node = pending.pop()
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text or isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
            assert isinstance(node, ast.expr)
            yield node
        else:
            pending += ast.iter_child_nodes(node)


class _Module:
    """A module's tree and the texts that its names stand for."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text("utf-8"))
        self.constants = {**self._imported(), **_assigned(self.tree.body)}

    @staticmethod
    @functools.cache
    def of(path: str) -> "_Module":
        return _Module(ROOT / path)

    def _imported(self) -> dict[str, list[ast.expr]]:
        """The constants taken from other modules of ours."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                file = ROOT / (node.module.replace(".", "/") + ".py")
                wanted = {alias.asname or alias.name: alias.name for alias in node.names if alias.name.isupper()}
                if wanted and file.exists():
                    there = _assigned(ast.parse(file.read_text("utf-8")).body)
                    found |= {own: there[name] for own, name in wanted.items() if name in there}
        return found

    def calls(self) -> Iterator[tuple[ast.Call, Mapping[str, list[ast.expr]]]]:
        """Every call, with what the names around it stand for."""
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for function in functions:
            names = self.names(function)
            yield from ((node, names) for node in ast.walk(function) if isinstance(node, ast.Call))

    def names(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, list[ast.expr]]:
        """What the names in a function stand for: its own constants before the module's; its arguments stand for anything."""
        arguments = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        own = _assigned(node for node in ast.walk(function) if isinstance(node, ast.stmt))
        return {name: values for name, values in {**self.constants, **own}.items() if name not in arguments}

    def templates(self, node: ast.expr, names: Mapping[str, list[ast.expr]]) -> Templates:
        """What an expression may say, `{}` for each part that only running tells."""
        match node:
            case ast.Constant(value=str(text)):
                return (text,)
            case ast.JoinedStr(values=parts):
                return self._joined(parts, names)
            case ast.FormattedValue(value=value, conversion=-1):
                return self.templates(value, names)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], names)
            case ast.IfExp(body=yes, orelse=no):
                return (*self.templates(yes, names), *self.templates(no, names))
            case ast.BoolOp(op=ast.Or(), values=values):
                return tuple(itertools.chain.from_iterable(self.templates(value, names) for value in values))
            case ast.Name(id=name) if name in names:
                values = [value for value in names[name] if not _holds(value, name)]
                return tuple(itertools.chain.from_iterable(self.templates(value, names) for value in values))
            case ast.Subscript(value=ast.Name(id=name)) if name in names:
                return self._values(name, names)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, *default]) if name in names:
                return (*self._values(name, names), *(one for d in default for one in self.templates(d, names)))
        return (HOLE,)

    def _joined(self, parts: list[ast.expr], names: Mapping[str, list[ast.expr]]) -> Templates:
        whole = itertools.product(*(self.templates(part, names) for part in parts))
        return tuple("".join(each).replace(HOLE + HOLE, HOLE) for each in whole)

    def _values(self, name: str, names: Mapping[str, list[ast.expr]]) -> Templates:
        """The sentences of a table; a table of single words (names of fields) stands for any of them."""
        tables = [value for value in names[name] if isinstance(value, ast.Dict)]
        found = [one for table in tables for value in table.values for one in self.templates(value, names)]
        return tuple(found) if any(" " in one for one in found) else (HOLE,)


def _holds(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _assigned(statements: Iterable[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What plain names are set to: texts, tables of texts, and what is put together from them."""
    found: dict[str, list[ast.expr]] = {}
    for node in statements:
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and value is not None:
            found.setdefault(target.id, []).append(value)
    return found
