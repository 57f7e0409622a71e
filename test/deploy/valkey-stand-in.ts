import { Redis } from 'ioredis';
import { docker } from '../../script/image/lib/docker.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import type { Account } from './account.ts';
import { editTemplates, findResources } from './assembly.ts';

interface Container {
  readonly Environment: { readonly Name: string; Value: unknown }[];
  Secrets: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
}

/** The emulator gives tasks no secrets, but resolves dynamic references in their variables. */
function asVariable({ Name, ValueFrom }: Container['Secrets'][number]) {
  const Value = { 'Fn::Join': ['', ['{{resolve:secretsmanager:', ValueFrom, '}}']] };
  return { Name, Value };
}

/**
 * A Redis in place of the Valkey that the emulator does not run. It has the access list of the
 * template and the password that the deployment generated. It speaks no TLS: no container trusts a
 * certificate of the test.
 */
export class ValkeyStandIn {
  readonly #server: RedisServer;
  readonly #host: string;

  /** Listens where the containers of the engine reach it. */
  static async start(): Promise<ValkeyStandIn> {
    const format = '{{(index .IPAM.Config 0).Gateway}}';
    const inspected = await docker('network', 'inspect', 'bridge', '--format', format);
    const host = inspected.trim();
    const options = ['--bind', '127.0.0.1', host, '--protected-mode', 'no'];
    return new ValkeyStandIn(await RedisServer.start(options), host);
  }

  private constructor(server: RedisServer, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /** Makes the tasks of an assembly connect to it. */
  serve(assembly: string): void {
    const url = `redis://${this.#host}:${this.#server.port}`;
    editTemplates(assembly, (template) => {
      for (const { Properties } of Object.values(template.Resources)) {
        for (const container of (Properties?.ContainerDefinitions ?? []) as Container[]) {
          const variable = container.Environment.find(({ Name }) => Name === 'REDIS_URL');
          if (variable !== undefined) variable.Value = url;
          container.Environment.push(...container.Secrets.map(asVariable));
          container.Secrets = [];
        }
      }
      return template;
    });
  }

  /** Creates the user of a deployed assembly, as ElastiCache would. */
  async addUser(assembly: string, account: Account, cluster: string): Promise<void> {
    const { container } = await account.serviceOf(cluster);
    const { value } = container?.environment?.find(({ name }) => name === 'REDIS_PASSWORD') ?? {};
    const user = findResources(assembly, 'AWS::ElastiCache::User').find(
      ({ Properties }) => Properties?.UserName === 'service',
    );
    const access = String(user?.Properties?.AccessString).split(' ');
    const admin = new Redis(this.#server.url);
    await admin.acl('SETUSER', 'service', `>${value}`, ...access);
    admin.disconnect();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
