import { basename, dirname } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

/**
 * Code of a Lambda function, bundled here into `handler.mjs`.
 *
 * @param entryPoint path of the file that exports `handler`
 * @param addFiles adds further files to the folder of the bundle
 */
export function bundledCode(
  entryPoint: string,
  addFiles?: (outputFolder: string) => void,
): lambda.Code {
  return lambda.Code.fromAsset(dirname(entryPoint), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Unused: the local build below succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      // Unused, too: the CDK bundles a folder once for equal options, of which it does not compare functions.
      command: [basename(entryPoint)],
      local: {
        tryBundle(outputFolder) {
          buildSync({
            entryPoints: [entryPoint],
            outfile: `${outputFolder}/handler.mjs`,
            bundle: true,
            platform: 'node',
            target: 'node24',
            format: 'esm',
            // Part of the runtime.
            external: ['@aws-sdk/*'],
            logLevel: 'error',
          });
          addFiles?.(outputFolder);
          return true;
        },
      },
    },
  });
}
