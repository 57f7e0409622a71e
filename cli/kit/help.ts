/** The end of a command's help: its examples, and what else there is to say. */
export function helpText(examples: readonly string[], ...paragraphs: readonly string[]): string {
  const lines = examples.map((example) => `  $ ${example}`);
  return ['', ...paragraphs.flatMap((text) => [text, '']), 'Examples:', ...lines].join('\n');
}
