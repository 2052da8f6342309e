namespace Llm.Tokenizers;

/// <summary>Why a chat template failed.</summary>
public enum ChatTemplateErrorKind
{
    /// <summary>The template is not well formed, or uses something that does not exist or is not supported.</summary>
    Syntax,

    /// <summary>The template itself called raise_exception: the messages are not what it can render.</summary>
    Raised,

    /// <summary>A variable or attribute that does not exist was used for more than printing it.</summary>
    Undefined,

    /// <summary>Something was called that would change the given values, or is internal to them.</summary>
    Security,

    /// <summary>A filter, test or attribute was used in a way that templates do not allow.</summary>
    Template,

    /// <summary>Values do not fit the operation: Python's TypeError, ValueError, ZeroDivisionError and the like.</summary>
    Operation,

    /// <summary>A limit of <see cref="ChatTemplateLimits"/> was reached.</summary>
    Limit,
}
