import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStacks } from '../lib/application.ts';
import { readStageConfig } from '../lib/stage-config.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
addStacks(app, readStageConfig(app.node.getAllContext()));
