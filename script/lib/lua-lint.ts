import luaparse, { type Expression, type Identifier, type Node } from 'luaparse';

/** One file of a script. */
export interface LuaFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a script, in the order in which they are joined. */
export type LuaScript = readonly LuaFile[];

interface Declaration {
  readonly name: string;
  readonly line: number;
  isRead: boolean;
}

/** Globals that Redis gives to a script, by its manual. */
const REDIS_GLOBALS = new Set(
  (
    'KEYS ARGV redis string table math bit cjson cmsgpack struct assert error getmetatable ' +
    'ipairs next pairs pcall rawequal rawget rawset select setmetatable tonumber tostring type ' +
    'unpack xpcall'
  ).split(' '),
);

/**
 * Lints scripts as Redis runs them: Lua 5.1, no new global, no variable that is never
 * read. A file may be part of several scripts; its variables must be read in one of them. A
 * name that starts with `_` may stay unread.
 *
 * @returns problems as `path:line: text`
 */
export function lintLua(scripts: readonly LuaScript[]): string[] {
  const problems = new Set<string>();
  const declared = new Map<string, Declaration>();
  for (const files of scripts) {
    const placeOf = locator(files);
    try {
      const chunk = luaparse.parse(files.map(({ text }) => text).join('\n'), {
        luaVersion: '5.1',
        locations: true,
        comments: false,
      });
      const linter = new ScriptLinter();
      linter.visitBlock(chunk.body, []);
      for (const { name, line } of linter.globals) {
        problems.add(`${placeOf(line)}: unknown global '${name}'; declare it with local`);
      }
      for (const declaration of linter.declarations) {
        const key = `${placeOf(declaration.line)}: '${declaration.name}' is never read; remove it`;
        const isRead = declaration.isRead || (declared.get(key)?.isRead ?? false);
        declared.set(key, { ...declaration, isRead });
      }
    } catch (error) {
      const { message, line = 1 } = error as Error & { line?: number };
      problems.add(`${placeOf(line)}: ${message.replace(/^\[\d+:\d+\] /, '')}`);
    }
  }
  for (const [problem, { name, isRead }] of declared) {
    if (!isRead && !name.startsWith('_')) problems.add(problem);
  }
  return [...problems];
}

/** Maps a line of the joined files to the file's path and line. */
function locator(files: LuaScript): (line: number) => string {
  return (line) => {
    let left = line;
    for (const { path, text } of files) {
      const lines = text.split('\n').length;
      if (left <= lines) return `${path}:${left}`;
      left -= lines;
    }
    return `${files.at(-1)?.path}:end`;
  };
}

type Scope = Map<string, Declaration>;

/** Follows the scopes of a script. A scope list holds the innermost scope last. */
class ScriptLinter {
  readonly declarations: Declaration[] = [];
  readonly globals: { readonly name: string; readonly line: number }[] = [];

  /** @param names parameters or loop variables, which the block declares */
  visitBlock(body: readonly Node[], outer: readonly Scope[], names: Identifier[] = []): void {
    const scopes = [...outer, new Map()];
    for (const name of names) this.#declare(name, scopes);
    this.#visitAll(body, scopes);
  }

  #visit(node: Node, scopes: readonly Scope[]): void {
    switch (node.type) {
      case 'LocalStatement':
        this.#visitAll(node.init, scopes);
        for (const variable of node.variables) this.#declare(variable, scopes);
        break;
      case 'AssignmentStatement':
        this.#visitAll(node.init, scopes);
        for (const variable of node.variables) this.#assign(variable, scopes);
        break;
      case 'FunctionDeclaration': {
        const { identifier, isLocal, parameters, body } = node;
        if (isLocal && identifier?.type === 'Identifier') this.#declare(identifier, scopes);
        else if (identifier) this.#assign(identifier, scopes);
        const names = parameters.filter((parameter) => parameter.type === 'Identifier');
        this.visitBlock(body, scopes, names);
        break;
      }
      case 'ForNumericStatement':
        this.#visitAll([node.start, node.end, ...(node.step ? [node.step] : [])], scopes);
        this.visitBlock(node.body, scopes, [node.variable]);
        break;
      case 'ForGenericStatement':
        this.#visitAll(node.iterators, scopes);
        this.visitBlock(node.body, scopes, node.variables);
        break;
      case 'IfClause':
      case 'ElseifClause':
      case 'WhileStatement':
        this.#visit(node.condition, scopes);
        this.visitBlock(node.body, scopes);
        break;
      case 'ElseClause':
      case 'DoStatement':
        this.visitBlock(node.body, scopes);
        break;
      case 'Identifier':
        this.#read(node, scopes);
        break;
      case 'MemberExpression':
        this.#visit(node.base, scopes);
        break;
      case 'TableKeyString':
        this.#visit(node.value, scopes);
        break;
      case 'RepeatStatement':
        // The condition sees the variables of the body.
        this.visitBlock([...node.body, node.condition], scopes);
        break;
      default:
        this.#visitAll(childrenOf(node), scopes);
    }
  }

  #visitAll(nodes: readonly Node[], scopes: readonly Scope[]): void {
    for (const node of nodes) this.#visit(node, scopes);
  }

  #declare(identifier: Identifier, scopes: readonly Scope[]): void {
    const declaration = { name: identifier.name, line: lineOf(identifier), isRead: false };
    scopes.at(-1)?.set(identifier.name, declaration);
    this.declarations.push(declaration);
  }

  #read(identifier: Identifier, scopes: readonly Scope[]): void {
    const declaration = find(identifier, scopes);
    if (declaration) declaration.isRead = true;
    else if (!REDIS_GLOBALS.has(identifier.name)) this.#addGlobal(identifier);
  }

  /** An assignment to a variable does not read it; one to a field of it does. */
  #assign(target: Expression, scopes: readonly Scope[]): void {
    if (target.type !== 'Identifier') this.#visit(target, scopes);
    else if (!find(target, scopes)) this.#addGlobal(target);
  }

  #addGlobal(identifier: Identifier): void {
    this.globals.push({ name: identifier.name, line: lineOf(identifier) });
  }
}

function find({ name }: Identifier, scopes: readonly Scope[]): Declaration | undefined {
  return scopes.findLast((scope) => scope.has(name))?.get(name);
}

function lineOf(node: Node): number {
  return node.loc?.start.line ?? 1;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
