/** Names that the bulk stack makes and `tss score` looks up. */

/** Folders of the bucket. */
export const BULK_FOLDERS = {
  /** Texts to score. */
  input: 'input/',
  /** Scored texts, as Parquet. */
  results: 'results/',
  /** One report of each object, or part of one, that is done. */
  reports: 'reports/',
  /** Items of each run, and what became of them. */
  runs: 'runs/',
} as const;

/** Output of the stack that holds `BulkSettings` as JSON. */
export const BULK_SETTINGS_OUTPUT = 'BulkSettings';

export interface BulkSettings {
  readonly bucket: string;
  readonly stateMachineArn: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly taskVcpus: number;
  readonly taskMemoryGib: number;
  /** Tasks at a time unless a run says otherwise. */
  readonly concurrency: number;
}

/** The least that Fargate has for each vCPU; a task of four workers needs a third of it. */
const GIB_PER_VCPU = 2;

export function taskMemoryGib(taskVcpus: number): number {
  return GIB_PER_VCPU * taskVcpus;
}
