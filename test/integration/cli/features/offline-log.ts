import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import type { FeatureRow } from '../../../../service/domain/feature-row.ts';
import { formatDay, utcDay } from '../../../../service/domain/utc-days.ts';
import { predictionLogPath } from '../../../../service/prediction-log/files.ts';
import {
  predictionLine,
  type RecordLine,
  tombstoneLine,
} from '../../../../service/prediction-log/record.ts';
import { type ToolEnd, ToolProcess } from '../../../helpers/tool-process.ts';
import { aRow } from '../../../port-suites/feature-store-contract.ts';

/** A folder with a prediction log in it, as the service writes one, and the tool that reads it. */
export class OfflineLog {
  readonly folder = mkdtempSync(join(tmpdir(), 'features-'));
  readonly dir = join(this.folder, 'log');

  constructor() {
    mkdirSync(this.dir);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(...lines: readonly RecordLine[]): void {
    const days = Map.groupBy(lines, ({ createdTimestampMs }) =>
      formatDay(utcDay(createdTimestampMs)),
    );
    for (const [day, ofDay] of days) {
      const path = predictionLogPath(this.dir, day);
      appendFileSync(path, ofDay.map((line) => line.text).join(''));
    }
  }

  score(...rows: readonly Partial<FeatureRow>[]): void {
    this.write(...rows.map((row) => predictionLine(aRow(row))));
  }

  purge(tweetId: string, atMs: number): void {
    this.write(tombstoneLine(tweetId, atMs));
  }

  /** Writes the label file; cells as they stand in it. */
  label(
    ...rows: readonly (readonly [entity: string, time: string | number, label: string])[]
  ): void {
    const lines = [['entity', 'event_timestamp', 'label'], ...rows].map((cells) => cells.join(','));
    writeFileSync(this.path('labels.csv'), `${lines.join('\n')}\n`);
  }

  /** Runs `tss features` in the folder with the log as PREDICTION_LOG_DIR, as users do. */
  run(...args: readonly string[]): Promise<ToolEnd> {
    return this.start(...args).ended;
  }

  start(...args: readonly string[]): ToolProcess {
    return ToolProcess.start(['features', ...args], {
      environment: { PREDICTION_LOG_DIR: this.dir, TZ: 'America/New_York' },
      folder: this.folder,
    });
  }

  /** Rows of a query over the files in the folder. */
  async query(sql: string): Promise<Record<string, Json>[]> {
    const instance = await DuckDBInstance.create(':memory:', { file_search_path: this.folder });
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  /** Writes a training set and reads it back. */
  async trainingSet(...options: readonly string[]): Promise<Record<string, Json>[]> {
    const out = `set-${Math.random()}.parquet`;
    const end = await this.run('training-set', '--labels', 'labels.csv', '--out', out, ...options);
    if (end.code !== 0) throw new Error(`features ended with ${end.code}: ${end.stderr}`);
    return this.query(`FROM read_parquet('${out}')`);
  }

  delete(): void {
    rmSync(this.folder, { recursive: true });
  }
}
