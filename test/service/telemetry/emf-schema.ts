/**
 * The embedded metric format as CloudWatch specifies it, with its limits:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const name = { type: 'string', minLength: 1, maxLength: 1024 };

export const EMF_SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 0 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { ...name, pattern: '^[A-Za-z0-9._/#:-]+$' },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'array',
                  maxItems: 30,
                  items: { type: 'string', minLength: 1, maxLength: 250 },
                },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: {
                    Name: name,
                    Unit: { enum: ['Count', 'Milliseconds', 'Percent', 'None'] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  // Target members: dimensions are text, metrics a number or up to 100 of them.
  additionalProperties: {
    anyOf: [
      { type: 'string', minLength: 1, maxLength: 1024 },
      { type: 'number' },
      { type: 'array', minItems: 1, maxItems: 100, items: { type: 'number' } },
    ],
  },
};

export interface EmfDocument {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [target: string]: unknown;
}
