import type { OtlpTracer, OtlpTracerOptions } from './otlp-tracer.ts';

/** Opens the tracer that OTEL_EXPORTER_OTLP_ENDPOINT asks for; undefined: none. */
export async function openTracer({
  endpoint,
  ...options
}: Omit<OtlpTracerOptions, 'endpoint'> & { readonly endpoint: string | undefined }): Promise<
  OtlpTracer | undefined
> {
  if (endpoint === undefined) return undefined;
  // Imported on demand: the SDK costs start-up time and memory.
  const { OtlpTracer } = await import('./otlp-tracer.ts');
  return new OtlpTracer({ ...options, endpoint });
}
