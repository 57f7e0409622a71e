import type { Finding } from './finding.ts';

export function regionOf(arn: string): string | undefined {
  return arn.split(':')[3];
}

export function otherRegion(arn: string, region: string, remedy: string): Finding {
  return { state: 'fail', found: `in ${regionOf(arn)}, not in ${region}`, remedy };
}

/** A failed check where AWS answers that the resource is missing. */
export async function unlessMissing(
  errorName: string,
  missing: { readonly found: string; readonly remedy: string },
  read: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error && error.name.startsWith(errorName))) throw error;
    return { state: 'fail', ...missing };
  }
}
