import { join } from 'node:path';
import { buildImage, docker, removeImage } from '../../script/image/lib/docker.ts';
import { cdk } from '../helpers/cdk.ts';
import { type Emulator, startEmulator } from '../helpers/emulator.ts';
import { Account } from './account.ts';
import { pointHookAt } from './assembly.ts';
import { Checkout } from './checkout.ts';
import { COMPANY_NETWORK } from './company-network.ts';
import { ENGINE_HOST } from './engine.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';
import { stripAssembly } from './unknown-to-emulator.ts';
import { ValkeyStandIn } from './valkey-stand-in.ts';

const STAGE = 'company';
/** Port of the listener that only the golden hook may use. */
const TEST_PORT = 8443;
/** Nothing listens here, so that the emulator uses the image of the local engine. */
const REGISTRY = '127.0.0.1:1';
/** The image tier builds it under this name, too, and finds the layers again. */
const KEPT_IMAGE = 'tweet-sentiment-service:test';

/** A stage on the emulator whose tasks are containers of the image. */
export class RunningStage {
  readonly cluster = `tweet-sentiment-${STAGE}`;
  readonly checkout = new Checkout();
  readonly account: Account;
  /** Leads to the listener of the service. */
  readonly callerDoor: FrontDoor;
  /** Leads to the listener of the golden hook. */
  readonly hookDoor: FrontDoor;
  readonly #emulator: Emulator;
  readonly #store: ValkeyStandIn;
  readonly #removals: (() => Promise<unknown>)[] = [];

  static async open(): Promise<RunningStage> {
    const emulator = await startEmulator(ENGINE_HOST);
    const doors = [await openFrontDoor(emulator.url), await openFrontDoor(emulator.url)] as const;
    return new RunningStage(emulator, await ValkeyStandIn.start(), ...doors);
  }

  private constructor(
    emulator: Emulator,
    store: ValkeyStandIn,
    callerDoor: FrontDoor,
    hookDoor: FrontDoor,
  ) {
    this.#emulator = emulator;
    this.#store = store;
    this.account = new Account(emulator);
    this.callerDoor = callerDoor;
    this.hookDoor = hookDoor;
  }

  async close(): Promise<void> {
    this.account.close();
    await this.#emulator.stop();
    await Promise.all([this.callerDoor.close(), this.hookDoor.close(), this.#store.stop()]);
    for (const remove of this.#removals) await remove();
    this.checkout.remove();
  }

  /** Creates a VPC and writes the stage file. @returns the ids of its subnets */
  async prepare(values: Readonly<Record<string, unknown>>): Promise<string[]> {
    const {
      Vpc,
      First = '',
      Second = '',
    } = await this.account.createStack('company-network', COMPANY_NETWORK);
    const subnets = [First, Second];
    this.checkout.writeStageFile(STAGE, {
      vpcId: Vpc,
      loadBalancerSubnetIds: subnets,
      taskSubnetIds: subnets,
      storeSubnetIds: subnets,
      ...values,
    });
    return subnets;
  }

  /** Builds the image of the checkout and deploys it with the checkout's stacks. @returns the assembly */
  async release(tag: string): Promise<string> {
    const assembly = join(this.checkout.folder, `assembly-${tag}`);
    const image = await this.#buildImage(`tweet-sentiment-service:${tag}`);
    const context = ['-c', `stage=${STAGE}`, '-c', `imageUri=${image}`];
    await cdk(['synth', '--quiet', '--output', assembly, ...context], {}, this.checkout.folder);
    stripAssembly(assembly);
    pointHookAt(assembly, this.hookDoor.url);
    this.#store.serve(assembly);
    await this.account.bootstrap(assembly);
    await this.account.deploy(assembly);
    await this.#store.addUser(assembly, this.account, this.cluster);
    const { EndpointUrl = '' } = await this.account.outputs(`${this.cluster}-service`);
    this.callerDoor.host = new URL(EndpointUrl).host;
    this.hookDoor.host = `${this.callerDoor.host}:${TEST_PORT}`;
    return assembly;
  }

  async #buildImage(tag: string): Promise<string> {
    await buildImage({ tag, context: this.checkout.folder });
    const image = `${REGISTRY}/${tag}`;
    await docker('tag', tag, image);
    this.#removals.push(() => removeImage(image));
    if (tag !== KEPT_IMAGE) this.#removals.push(() => removeImage(tag));
    return image;
  }

  /** Ids of the containers that run as tasks. */
  async containers(): Promise<string[]> {
    const { service } = await this.account.serviceOf(this.cluster);
    const filter = `label=com.amazonaws.ecs.cluster=${service?.clusterArn}`;
    const ids = await docker('ps', '--quiet', '--filter', filter);
    return ids.split('\n').filter(Boolean);
  }

  /** ARN of the version of the golden hook that the latest release brought. */
  async goldenHook(): Promise<string> {
    const versions = await this.account.resources(
      `${this.cluster}-service`,
      'AWS::Lambda::Version',
    );
    return versions.at(-1) ?? '';
  }
}
