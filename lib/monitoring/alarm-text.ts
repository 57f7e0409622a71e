import type { StageConfig } from '../stage-config.ts';

/** What an alarm says: what happened, and the section of the runbook that says what to do. */
export function alarmDescription(config: StageConfig, section: string, happened: string): string {
  return `${happened} Runbook: ${config.runbookUrl}#${section}`;
}
