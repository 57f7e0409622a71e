import { readFileSync } from 'node:fs';
import { App, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { addStacks, type Stacks } from '../../lib/application.ts';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';

export { Match };

export const CERTIFICATE_ARN = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc';

/** The required values of each stage, with an image that needs no build. */
export const CONTEXT = {
  dev: { stage: 'dev', imageUri: 'example.org/tweet-sentiment:1' },
  prod: {
    stage: 'prod',
    imageUri: 'example.org/tweet-sentiment:1',
    certificateArn: CERTIFICATE_ARN,
  },
} as const;

type Part = keyof Stacks;

/** The stacks of a stage and their templates, with the feature flags of cdk.json. */
export function synthesize(context: Context) {
  const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Context };
  const app = new App({
    context: { ...flags },
    analyticsReporting: false,
    // script/templates.ts validates what the command line tool writes.
    builtinCloudFormationValidation: false,
  });
  const stacks = addStacks(app, readStageConfig(context));
  const of = (part: Part) => {
    const stack: Stack | undefined = stacks[part];
    if (!stack) throw new Error(`There is no stack ${part}.`);
    return Template.fromStack(stack);
  };
  const templates = (Object.keys(stacks) as Part[])
    .filter((part) => stacks[part] !== undefined)
    .map((part) => ({ part, template: of(part) }));
  return { app, stacks, of, templates, outdir: app.outdir };
}

/** A resource as the template has it: its properties are not known to the compiler. */
export type Resource = ReturnType<Template['findResources']>[string];

/** All resources of a type, over all stacks. */
export function allOf({ templates }: ReturnType<typeof synthesize>, type: string): Resource[] {
  return templates.flatMap(({ template }) => Object.values(template.findResources(type)));
}
