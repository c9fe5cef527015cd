/** In place of `react-style-singleton`, which writes a style element: the content policy refuses it, and GraphiQL needs none. */
const nothing = () => null;
export const styleSingleton = () => nothing;
export const styleHookSingleton = () => nothing;
export const stylesheetSingleton = () => ({ add: nothing, remove: nothing });
