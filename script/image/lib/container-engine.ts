export interface BuildOptions {
  readonly tag: string;
  /** Folder of the build context; default: the current one. */
  readonly context?: string;
  /** Default: the context's Dockerfile. */
  readonly file?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** File that holds the secret, by id. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Of an image's configuration what running it needs. */
export interface ImageConfig {
  readonly user: string;
  readonly workingDir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly stopSignal: string;
  readonly healthcheck: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the layers' uncompressed content, from the base up. */
  readonly layers: readonly string[];
}

/** Arguments to start containers of one image; plain data, so that processes can hand it on. */
export type RunnableImage =
  | { readonly engine: 'docker'; readonly image: string }
  | {
      readonly engine: 'runc';
      /** The image's unpacked files. */
      readonly root: string;
      readonly config: ImageConfig;
    };

/** Builds images and makes them runnable on this machine. */
export interface ContainerEngine {
  readonly name: string;
  /** @throws Error that says what the build said */
  build(options: BuildOptions): Promise<void>;
  config(image: string): Promise<ImageConfig>;
  /** Writes a `docker save` archive. */
  save(image: string, file: string): Promise<void>;
  /** Call `release` when no more containers are to be started. */
  makeRunnable(image: string): Promise<{ runnable: RunnableImage; release(): Promise<void> }>;
  remove(image: string): Promise<void>;
}
