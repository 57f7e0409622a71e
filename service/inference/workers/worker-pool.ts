import { StartupError } from '../../domain/errors.ts';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { BusyMeter } from './busy-meter.ts';
import { type Job, messageOf, WorkerHandle } from './worker-handle.ts';
import type { WorkerSettings } from './worker-protocol.ts';

/** Retries a job once on another worker if its worker dies. */
const ATTEMPTS = 2;

/** More deaths than this within a minute end the pool: a new process is the better remedy. */
const RESTARTS_PER_MINUTE = 5;

/** Checks within the hang timeout. Counting checks, not time, tolerates a suspended process. */
const HANG_CHECKS = 4;

/** Longer than any batch. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface WorkerPoolOptions {
  readonly workerUrl: URL;
  readonly workers: number;
  readonly settings: WorkerSettings;
  /** Limit on a worker's silence, in a batch or while it replaces a dead one. */
  readonly hangTimeoutMs: number;
  readonly clock?: Clock;
  /** Called when a worker is free and `compute` may be called. */
  readonly onIdle: () => void;
  /** Called when a dead worker is being replaced. */
  readonly onRestart: (error: Error) => void;
  /** Called once, when the pool can no longer compute. */
  readonly onFatal: (reason: string) => void;
}

/** A job on its way to its answer, over one or two workers. */
interface Assignment {
  readonly job: Job;
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}

interface Member {
  worker: WorkerHandle;
  /** The supervisor of the process bounds the first load; the pool bounds reloads. */
  state: 'first load' | 'reload' | 'idle' | 'busy';
  assignment: Assignment | null;
  /** Hang checks since its state has changed. */
  checks: number;
}

/** A fixed number of workers. Replaces one that dies and retries its job once. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #clock: Clock;
  readonly #members = new Set<Member>();
  readonly #retries: Assignment[] = [];
  readonly #meter: BusyMeter;
  readonly #hangTimer: Timer;
  #restartsMs: number[] = [];
  #isOver = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#meter = new BusyMeter(options.workers, this.#clock.nowMs());
    this.#hangTimer = this.#clock.every(options.hangTimeoutMs / HANG_CHECKS, () =>
      this.#checkHangs(),
    );
  }

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws StartupError when a worker cannot
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    const starts = Array.from({ length: options.workers }, () => pool.#startWorker('first load'));
    try {
      await Promise.all(starts);
    } catch (error) {
      // A worker that hangs does not hide the first error.
      await pool.close().catch(() => undefined);
      throw new StartupError(`An inference worker cannot start: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return pool;
  }

  get hasIdle(): boolean {
    return this.#idle() !== undefined;
  }

  /**
   * Computes a job on a free worker. Resolves with the logits of all texts one after another.
   *
   * @throws Error when all workers are busy, when the job's second worker died too, or when the
   * pool has ended
   */
  compute(job: Job): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const member = this.#idle();
      if (member === undefined) throw new Error('No inference worker is free');
      this.#assign(member, { job, resolve, reject, attempts: 0 });
    });
  }

  /** Busy share of the workers over the last ten seconds, 0 to 1. */
  busyShare(): number {
    return this.#meter.share(this.#clock.nowMs());
  }

  /**
   * Ends the workers, each after its current job.
   *
   * @throws Error when a worker hangs. The caller must then kill the process, because
   * `process.exit` waits for native code.
   */
  async close(): Promise<void> {
    this.#end('The inference workers have been closed');
    const closed = Promise.all([...this.#members].map(({ worker }) => worker.close()));
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#clock.after(CLOSE_TIMEOUT_MS, () =>
      reject(new Error(`An inference worker has not ended within ${CLOSE_TIMEOUT_MS} ms`)),
    );
    try {
      await Promise.race([closed, late]);
    } finally {
      this.#clock.cancel(timer);
    }
  }

  /** Rejects when the worker ends before it is ready. */
  #startWorker(state: 'first load' | 'reload'): Promise<void> {
    return new Promise((resolve, reject) => {
      const { workerUrl, settings } = this.#options;
      const member: Member = {
        worker: new WorkerHandle(workerUrl, settings, {
          onReady: () => {
            this.#free(member);
            resolve();
          },
          onLogits: (logits) => {
            const { assignment } = member;
            this.#meter.end(member, this.#clock.nowMs());
            // Gives the worker its next job before the answer is processed.
            this.#free(member);
            assignment?.resolve(logits);
          },
          onExit: (error) => {
            this.#meter.end(member, this.#clock.nowMs());
            this.#members.delete(member);
            if (member.state === 'first load' || member.state === 'reload') reject(error);
            else this.#replace(member, error);
          },
        }),
        state,
        assignment: null,
        checks: 0,
      };
      this.#members.add(member);
    });
  }

  #idle(): Member | undefined {
    if (this.#isOver) return undefined;
    for (const member of this.#members) if (member.state === 'idle') return member;
    return undefined;
  }

  #assign(member: Member, assignment: Assignment): void {
    assignment.attempts++;
    member.state = 'busy';
    member.assignment = assignment;
    member.checks = 0;
    this.#meter.begin(member, this.#clock.nowMs());
    member.worker.send(assignment.job);
  }

  #free(member: Member): void {
    member.state = 'idle';
    member.assignment = null;
    const retry = this.#retries.shift();
    if (retry !== undefined) this.#assign(member, retry);
    else if (!this.#isOver) this.#options.onIdle();
  }

  #replace(dead: Member, error: Error): void {
    if (this.#isOver) return;
    if (dead.assignment !== null) this.#retry(dead.assignment, error);

    const nowMs = this.#clock.nowMs();
    this.#restartsMs = [...this.#restartsMs.filter((ms) => ms > nowMs - 60_000), nowMs];
    if (this.#restartsMs.length > RESTARTS_PER_MINUTE) {
      this.#fail(`${this.#restartsMs.length} inference workers died within a minute`);
      return;
    }
    this.#options.onRestart(error);
    this.#startWorker('reload').catch((cause) => {
      this.#fail(`A dead inference worker cannot be replaced: ${messageOf(cause)}`);
    });
  }

  #retry(assignment: Assignment, cause: Error): void {
    if (assignment.attempts >= ATTEMPTS) {
      assignment.reject(new Error('Two inference workers died on the same batch', { cause }));
      return;
    }
    const other = this.#idle();
    if (other === undefined) this.#retries.push(assignment);
    else this.#assign(other, assignment);
  }

  #checkHangs(): void {
    for (const member of this.#members) {
      if (member.state === 'idle' || member.state === 'first load') continue;
      member.checks++;
      if (member.checks > HANG_CHECKS) {
        const within = member.state === 'busy' ? 'one batch' : 'its start';
        this.#fail(
          `An inference worker has been silent for more than ${this.#options.hangTimeoutMs} ms within ${within}`,
        );
        return;
      }
    }
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#end(reason);
    this.#options.onFatal(reason);
  }

  #end(reason: string): void {
    this.#isOver = true;
    this.#clock.cancel(this.#hangTimer);
    const running = [...this.#members].flatMap(({ assignment }) => assignment ?? []);
    for (const { reject } of [...running, ...this.#retries]) reject(new Error(reason));
    this.#retries.length = 0;
  }
}
