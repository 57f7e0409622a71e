import { CliError } from './errors.ts';
import type { Column, ScratchDatabase } from './scratch-database.ts';

/**
 * Columns of a Parquet file.
 *
 * @param path SQL of the file's path
 * @param rows SQL of its rows
 * @throws CliError when names differ only by case: DuckDB would read one column for another
 */
export async function parquetColumns(
  database: ScratchDatabase,
  path: string,
  rows: string,
): Promise<readonly Column[]> {
  const elements = await database.query(`SELECT name, num_children FROM parquet_schema(${path})`);
  const names = topLevelOf(
    elements.map((each) => ({ name: String(each.name), children: Number(each.num_children) })),
  );
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw new CliError(`it has the columns '${other}' and '${name}'; give one another name`);
    }
    seen.set(name.toLowerCase(), name);
  }
  return database.columns(`SELECT * FROM ${rows}`);
}

interface Element {
  readonly name: string;
  readonly children: number;
}

/** Names of the root's children in a schema, which lists each element before its children. */
function topLevelOf([root, ...elements]: readonly Element[]): string[] {
  let next = 0;
  const skip = (count: number): void => {
    for (let child = 0; child < count; child++) skip(elements[next++]?.children ?? 0);
  };
  return Array.from({ length: root?.children ?? 0 }, () => {
    const { name = '', children = 0 } = elements[next++] ?? {};
    skip(children);
    return name;
  });
}
