/**
 * Patterns behind those of .dockerignore: of models/ only the manifest and the stage's model. git
 * ignores weights, so any other model there would make another image of the same commit.
 */
export function onlyModel(modelName: string): string[] {
  // The last pattern that matches decides, so that of .dockerignore for prose is repeated.
  return ['models/*', '!models/manifest.json', `!models/${modelName}`, '**/*.md'];
}
