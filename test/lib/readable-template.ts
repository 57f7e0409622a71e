import { Document, isMap, isPair, isSeq, visit } from 'yaml';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Longest collection that is written on one line. */
const LINE = 160;

/**
 * A template as short YAML: references are written as in Fn::Sub, bootstrap checks and the tags of
 * every resource are left out, hashes of content are masked.
 */
export function readableTemplate(template: object): string {
  const { Parameters: _parameters, Rules: _rules, ...content } = template as Record<string, Json>;
  const document = new Document(simplified(content));
  visit(document, {
    Collection(key, node, path) {
      const parent = path.at(-1);
      const isTop = path.length <= 3 || (isPair(parent) && key === 'key');
      if ((isMap(node) || isSeq(node)) && !isTop) {
        if (JSON.stringify(node.toJSON()).length <= LINE) node.flow = true;
      }
    },
  });
  return masked(document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

function simplified(value: Json): Json {
  if (Array.isArray(value)) return value.map(simplified);
  if (value === null || typeof value !== 'object') return value;
  const text = reference(value);
  if (text !== undefined) return text.startsWith('{"') ? simplified(JSON.parse(text)) : text;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]): [string, Json] => [key, key === 'Tags' ? ownTags(one) : simplified(one)])
      .filter(([key, one]) => !(key === 'Tags' && Array.isArray(one) && one.length === 0)),
  );
}

/**
 * `${Id}`, `${Id.Attribute}`, `${stack:Export}` or the text of a join; undefined if the value is
 * none of these.
 */
function reference(value: { [key: string]: Json }): string | undefined {
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length > 0) return undefined;
  if (name === 'Ref') return `\${${argument}}`;
  if (name === 'Fn::ImportValue') return `\${${argument}}`;
  if (!Array.isArray(argument)) return undefined;
  if (name === 'Fn::GetAtt') return `\${${argument.join('.')}}`;
  if (name !== 'Fn::Join') return undefined;
  const [separator, parts] = argument;
  if (!Array.isArray(parts)) return undefined;
  const texts = parts.map(simplified);
  return texts.every((one) => typeof one === 'string') ? texts.join(String(separator)) : undefined;
}

/** Without the tags that the application gives to every resource. */
function ownTags(tags: Json): Json {
  if (!Array.isArray(tags)) return tags;
  return tags
    .filter((tag) => !/^\{"Key":"(service|stage)"/.test(JSON.stringify(tag)))
    .map(simplified);
}

/** Hashes change with files that the template does not describe. */
function masked(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/(SERVICE_REVISION, Value: "?)[0-9a-f]{12}/g, '$1REVISION')
    .replaceAll(/(Name: Revision, Value: "?|[Rr]evision )[0-9a-f]{12}/g, '$1REVISION');
}
