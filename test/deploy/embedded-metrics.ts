/** A metric and its dimensions, as CloudWatch identifies what it keeps. */
export interface Series {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

interface EmbeddedMetrics {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** The series that CloudWatch extracts from lines in its embedded metric format; others are skipped. */
export function seriesOf(lines: readonly string[]): Series[] {
  return lines
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const values = JSON.parse(line) as EmbeddedMetrics;
      return (values._aws?.CloudWatchMetrics ?? []).flatMap((directive) =>
        directive.Metrics.filter(({ Name }) => values[Name] !== undefined).flatMap(({ Name }) =>
          directive.Dimensions.map((names) => ({
            namespace: directive.Namespace,
            metric: Name,
            dimensions: Object.fromEntries(names.map((name) => [name, values[name]])),
          })),
        ),
      );
    });
}
