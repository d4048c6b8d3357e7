/*
 * nothing - a shared object that is no plugin.
 */
int nothing_answer(void);

__attribute__((visibility("default"))) int nothing_answer(void)
{
    return 42;
}
