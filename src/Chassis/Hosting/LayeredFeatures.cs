using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Hosting;

/// <summary>
/// The features of one request: the application's own, in a layer above the server's. The server's never change. A request has few of its own, so an
/// array is faster than a dictionary, and allocates less.
/// </summary>
internal abstract class LayeredFeatures : IFeatureCollection
{
    private KeyValuePair<Type, object?>[] _own = new KeyValuePair<Type, object?>[8];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            for (var i = 0; i < _count; i++)
            {
                if (_own[i].Key == key)
                    return _own[i].Value;
            }
            return ServerFeature(key);
        }
        set
        {
            Revision++;
            for (var i = 0; i < _count; i++)
            {
                if (_own[i].Key == key)
                {
                    _own[i] = new(key, value);
                    return;
                }
            }
            if (_count == _own.Length)
                Array.Resize(ref _own, _count * 2);
            _own[_count++] = new(key, value);
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_own[i].Value is { } feature)
                yield return new(_own[i].Key, feature);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The server's own feature of this type; null if there is none.</summary>
    protected abstract object? ServerFeature(Type key);
}
