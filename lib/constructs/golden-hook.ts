import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CpuFamily } from '../../service/contract/cpu-family.ts';
import { acknowledge } from '../acknowledge.ts';
import { goldenFiles, readGolden } from '../check-functions/golden.ts';
import { customerKey } from '../encryption.ts';
import type { StageConfig } from '../stage-config.ts';
import { bundledCode } from './bundled-code.ts';
import { callerKeys, checkFunctionOptions } from './check-function.ts';
import type { CheckOrigin } from './check-origin.ts';

export interface GoldenHookProps {
  readonly config: StageConfig;
  /** URL for test traffic, without a slash at the end. */
  readonly testUrl: string;
  readonly origin: CheckOrigin;
}

/** Header that the test listener requires. */
export const RELEASE_CHECK_HEADER = 'x-release-check';

const HANDLER = fileURLToPath(new URL('../check-functions/golden-hook.ts', import.meta.url));
const MODELS_FOLDER = fileURLToPath(new URL('../../models', import.meta.url));

/**
 * Lambda function that fails a release with wrong answers. It bundles the golden
 * texts of the model, so a change of model changes the test of its release.
 */
export class GoldenHook extends Construct {
  /** Version of the function that holds this release's golden texts. */
  readonly version: lambda.IVersion;
  /** Value of the header RELEASE_CHECK_HEADER. */
  readonly secret: secretsmanager.Secret;

  constructor(scope: Construct, id: string, { config, testUrl, origin }: GoldenHookProps) {
    super(scope, id);
    this.secret = new secretsmanager.Secret(this, 'Secret', {
      description: `Value of the header ${RELEASE_CHECK_HEADER}, which the test listener requires`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey: customerKey(this, config),
    });
    acknowledge(this.secret, {
      SMG4: 'Rotation would not update the listener rule; docs/operations.md describes how to change both.',
    });
    const apiKeys = callerKeys(this, config);
    const family: CpuFamily = config.architecture === 'arm64' ? 'arm64' : 'x64';
    const hook = new lambda.Function(this, 'Function', {
      ...checkFunctionOptions(this, config, origin),
      description: 'Tests a release with golden texts before it gets traffic',
      code: hookCode(config.modelName, family),
      // Three attempts of 10 s, two pauses of 5 s, and a cold start.
      timeout: Duration.seconds(60),
      // Kept after the next release: a rollback is judged by the golden texts of the model that it
      // returns to. Deleted if its own release is rolled back: Lambda publishes no second version of
      // the same code, so the retry would fail.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
      environment: {
        MODEL_NAME: config.modelName,
        // Of the tasks, not of this function.
        CPU_FAMILY: family,
        TEST_URL: testUrl,
        RELEASE_CHECK_SECRET_ARN: this.secret.secretArn,
        ...(apiKeys && { API_KEYS_SECRET_ARN: apiKeys.secretArn }),
        ...(config.domainName !== undefined && { SERVER_NAME: config.domainName }),
      },
    });
    this.secret.grantRead(hook);
    apiKeys?.grantRead(hook);
    this.version = hook.currentVersion;
  }
}

/** Bundle of the handler, the manifest and the model's golden texts on a CPU family. */
function hookCode(modelName: string, family: CpuFamily): lambda.Code {
  // Fails synthesis instead of the release.
  readGolden(MODELS_FOLDER, modelName, family);
  return bundledCode(HANDLER, (outputFolder) => {
    for (const file of goldenFiles(MODELS_FOLDER, modelName, family)) {
      cpSync(join(MODELS_FOLDER, file), join(outputFolder, file));
    }
  });
}
