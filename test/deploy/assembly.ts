import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

export interface Template {
  readonly Resources: Record<string, Resource>;
}

/** Replaces every template of a synthesized assembly. */
export function editTemplates(folder: string, edit: (template: Template) => unknown): void {
  for (const path of templatePaths(folder)) {
    writeFileSync(path, JSON.stringify(edit(readTemplate(path))));
  }
}

/** Resources of a type in all templates of an assembly. */
export function findResources(folder: string, type: string): Resource[] {
  return templatePaths(folder)
    .flatMap((path) => Object.values(readTemplate(path).Resources))
    .filter(({ Type }) => Type === type);
}

/** Makes the golden hook call this address instead of the load balancer's. */
export function pointHookAt(folder: string, url: string): void {
  editTemplates(folder, (template) => {
    for (const { Properties } of Object.values(template.Resources)) {
      const { Variables } = (Properties?.Environment ?? {}) as {
        Variables?: { TEST_URL?: string };
      };
      if (Variables?.TEST_URL !== undefined) Variables.TEST_URL = url;
    }
    return template;
  });
}

function templatePaths(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(folder, file));
}

function readTemplate(path: string): Template {
  return JSON.parse(readFileSync(path, 'utf8')) as Template;
}
