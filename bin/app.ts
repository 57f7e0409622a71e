import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStacks, warnOfMissingValues } from '../lib/application.ts';
import {
  readStageConfig,
  type StageConfig,
  StageConfigError,
  withStageFile,
} from '../lib/stage-config.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const config = readConfig();
warnOfMissingValues(addStacks(app, config), config);

function readConfig(): StageConfig {
  try {
    const { context, overrides } = withStageFile(app.node.getAllContext());
    for (const line of overrides) console.error(line);
    return readStageConfig(context);
  } catch (error) {
    if (!(error instanceof StageConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
