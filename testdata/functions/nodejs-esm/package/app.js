export const handler = async () => "typed as module";
