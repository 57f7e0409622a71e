import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStacks } from '../lib/application.ts';
import { readStageConfig, type StageConfig, StageConfigError } from '../lib/stage-config.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
addStacks(app, readConfig());

function readConfig(): StageConfig {
  try {
    return readStageConfig(app.node.getAllContext());
  } catch (error) {
    if (!(error instanceof StageConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
